/** The one spelling of a project's or an extra's name: https://peps.python.org/pep-0503/#normalized-names */
export function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}
