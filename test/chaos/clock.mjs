// @ts-check
/**
 * Loaded before a node: its wall clock is wrong by a while, and by another while after each SIGUSR2.
 */
const now = Date.now.bind(Date)
const jumpsMs = [3_600_000, -3_600_000, 0, 86_400_000, -1_000, 5 * 60_000]
let jump = process.pid % jumpsMs.length
Date.now = () => now() + (jumpsMs[jump] ?? 0)
process.on('SIGUSR2', () => {
  jump = (jump + 1) % jumpsMs.length
})
