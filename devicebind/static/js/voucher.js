/** The voucher's page: a button that prints it. */
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => { globalThis.print(); });
