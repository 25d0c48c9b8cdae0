/** Cents as a price, such as 12.30. */
export function price(cents: number): string {
  return (cents / 100).toFixed(2)
}
