/** abcjs is a plain script, and sets a global variable. */
interface Window {
  ABCJS: {
    renderAbc(place: HTMLElement, abc: string, options: object): any[];
    parseOnly(abc: string): any[];
  };
}
