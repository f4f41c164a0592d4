// PayPal's own buttons beside the link to PayPal. Which order is approved says our server, which has had it
// made; what came of it our server asks PayPal itself. Where the script does not come, the link remains.
const places = "[data-paypal-script]";
let script;

function load(address) {
  script ??= new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.async = true;
    // What PayPal's script writes into the page bears this page's mark.
    element.dataset.cspNonce = document.querySelector("script[nonce]")?.nonce ?? "";
    element.onload = () => resolve(window.paypal);
    element.onerror = reject;
    document.head.append(element);
  });
  return script;
}

async function orderOf(place) {
  const answer = await fetch(place.dataset.order, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    location.reload(); // the order has lapsed or is paid: the page says how it stands
    throw new Error("no order can be approved now");
  }
  return (await answer.json()).id;
}

async function show(place) {
  if (place.dataset.shown) return;
  place.dataset.shown = "yes";
  const hide = () => place.setAttribute("hidden", "");
  try {
    const paypal = await load(place.dataset.paypalScript);
    const buttons = paypal.Buttons({
      createOrder: () => orderOf(place),
      onApprove: ({ orderID }) => location.assign(`${place.dataset.back}?token=${encodeURIComponent(orderID)}`),
      onCancel: () => location.assign(place.dataset.cancelled),
      onError: hide,
    });
    if (!buttons.isEligible()) return;
    place.removeAttribute("hidden");
    await buttons.render(place.querySelector("[data-paypal-here]"));
  } catch {
    hide();
  }
}

const look = () => document.querySelectorAll(places).forEach(show);
look();
document.addEventListener("htmx:afterSettle", look);
