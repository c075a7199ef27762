/** Draws the API's document. Its script is a classic deferred one, so the global is there before modules run. */

const holder = document.getElementById("docs");

window.SwaggerUIBundle({ url: holder.dataset.document, domNode: holder, deepLinking: true });
