// A batch of payments: amounts and times are strings, so that no digit is lost.

import { CURRENCY_VALUES, stringify } from "./types.js";
import type { Currency, Payment, PaymentBatch } from "./types.js";

const payment: Payment = {
  payment_id: "p1",
  creditor: "ACME",
  amount: "10000000000000000.01",
  due_at: "2026-11-23T10:00:00.250+02:00",
  tags: ["rent", "rent"],
  splits: [{ cost_center: 7, amount: "1" }],
  fees: [{ kind: "EXPRESS", amount: "0.50" }],
  allocations: [{ invoice_id: "i1", amount: "1" }],
};
const batch: PaymentBatch = { payments: [payment] };
const currency = (found: Payment): Currency => found.currency ?? "EUR";

// @ts-expect-error a number of JavaScript has lost digits already
const amount: Payment = { payment_id: "p", creditor: "c", amount: 10.5 };
// @ts-expect-error a currency that is not paid in
const shells: Currency = "SHELL";
// @ts-expect-error a batch has payments
const empty: PaymentBatch = { remarks: [] };

void [amount, shells, empty];

const same = (found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${String(found)} is not ${String(expected)}`);
};
same(currency(payment), CURRENCY_VALUES[0]);
same(stringify(batch).includes('"amount":"10000000000000000.01"'), true);
