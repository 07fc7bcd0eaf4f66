import { randomBytes } from "node:crypto";

interface Seat {
  userId: string;
  until: number;
}

/** Who sits where: a random token for each sign-on. The token is the only thing that sockets and requests are known by. */
export class SeatTokens {
  private readonly seats = new Map<string, Seat>();

  constructor(
    private readonly minutes: number,
    private readonly now: () => number = Date.now,
  ) {}

  issue(userId: string): string {
    this.sweep();
    const token = randomBytes(24).toString("base64url");
    this.seats.set(token, { userId, until: this.now() + this.minutes * 60_000 });
    return token;
  }

  userOf(token: string | undefined): string | undefined {
    if (token === undefined) return undefined;
    const seat = this.seats.get(token);
    if (seat === undefined || seat.until <= this.now()) return undefined;
    return seat.userId;
  }

  /** Takes all of a user's tokens away and says how many there were. */
  revoke(userId: string): number {
    let count = 0;
    for (const [token, seat] of this.seats) {
      if (seat.userId === userId && this.seats.delete(token)) count += 1;
    }
    return count;
  }

  private sweep(): void {
    for (const [token, seat] of this.seats) {
      if (seat.until <= this.now()) this.seats.delete(token);
    }
  }
}
