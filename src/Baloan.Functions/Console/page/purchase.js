// The sale that is under way in this tab: a refused one goes on from here with the same code, amount, invoice and customer.
let purchase = null;

export const purchaseOf = (code) => (purchase?.code === code ? purchase : null);
export const keepPurchase = (one) => { purchase = one; };

let resumed = null;

// Has the counter begin with this sale in place of an empty one.
export const resume = (one) => { resumed = one; };

export function takeResumed() {
  const one = resumed;
  resumed = null;
  return one;
}
