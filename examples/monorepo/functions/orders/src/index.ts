import { price } from '../../../shared/money.ts'

interface Order {
  readonly items?: readonly { readonly cents: number; readonly count: number }[]
}

export async function handler({ items = [] }: Order) {
  return { total: price(items.reduce((sum, { cents, count }) => sum + cents * count, 0)) }
}
