
(() => {
  const form = document.getElementById("widget");
  const say = (text) => { document.getElementById("now").textContent = text; };
  const token = form.dataset.token;
  const done = (publicToken) => {
    say("One moment.");
    form.elements.public_token.value = publicToken;
    form.submit();
  };
  const gone = () => say("You did not finish. Reload this page to try again.");
  try {
    $opens;
  } catch {
    say("This could not be opened. Reload this page to try again.");
  }
})();
