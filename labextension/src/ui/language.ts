/** Translates a text into the user's language; `%1`, `%2` stand for the arguments. */
export type Translate = (text: string, ...args: (string | number)[]) => string;
