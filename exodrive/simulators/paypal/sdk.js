// Stands in for PayPal's script: the same calls in the same order. The real one opens a window of PayPal's;
// this one asks in the page.
(() => {
  const paypal = document.currentScript.src.split("/sdk/js")[0];

  function button(words, pressed) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn";
    made.textContent = words;
    made.addEventListener("click", pressed);
    return made;
  }

  async function approve(orderID, options) {
    const answer = await fetch(`${paypal}/sdk/approve?token=${encodeURIComponent(orderID)}`, { method: "POST" });
    if (!answer.ok) throw new Error("the order cannot be approved");
    await options.onApprove({ orderID, payerID: "SANDBOXPAYER1" });
  }

  window.paypal = {
    Buttons(options) {
      const failed = (error) => options.onError?.(error);
      const ask = (orderID, place) => {
        const agree = button("Approve (PayPal simulator)", () => approve(orderID, options).catch(failed));
        place.replaceChildren(agree, button("Cancel (PayPal simulator)", () => options.onCancel?.({ orderID })));
        agree.focus();
      };
      return {
        isEligible: () => true,
        async render(place) {
          const start = async () => ask(await options.createOrder(), place);
          place.replaceChildren(button("Pay here with PayPal", () => start().catch(failed)));
        },
      };
    },
  };
})();
