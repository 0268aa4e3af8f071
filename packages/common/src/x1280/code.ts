/** The code with its last two digits hidden, for a screen that others can see (X.1280 profile §2). */
export function maskedCode(autoPassword: string): string {
  return `${autoPassword.slice(0, -2)}**`;
}
