/** How much larger the page is drawn on very wide screens; drawings follow the text. */
class Scale {
  value = $state(this.measure());

  constructor() {
    addEventListener("resize", () => (this.value = this.measure()));
  }

  private measure(): number {
    return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
  }
}

export const scale = new Scale();
