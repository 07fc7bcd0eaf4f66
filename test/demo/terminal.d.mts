/** How many columns a line may take: the terminal's own, 80 without one, at least 40 and at most 100. */
export declare const columns: number;
/**
 * @param {'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'} style
 * @param {string} text
 */
export declare function styled(style: 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan', text: string): string;
/**
 * A chapter's heading.
 *
 * @param {number} number
 * @param {string} title
 */
export declare function heading(number: number, title: string): void;
/**
 * A sentence of the story.
 *
 * @param {string} text
 */
export declare function say(text: string): void;
/**
 * Something that was checked and held.
 *
 * @param {string} text
 */
export declare function holds(text: string): void;
/**
 * A command as a person would type it.
 *
 * @param {string} command
 */
export declare function prompt(command: string): void;
/**
 * Text of a program or a file: its own lines, folded where they are too long.
 *
 * @param {string} text
 */
export declare function quote(text: string): void;
//# sourceMappingURL=terminal.d.mts.map