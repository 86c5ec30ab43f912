// Cents that may pass 2^53, and a title of two words.

import { PAID_VALUES, stringify } from "./types.js";
import type { Paid, Payment, PaymentBatch, Rate } from "./types.js";

const payment: Payment = { reference: "p1", cents: 9007199254740993n, urgent: true, status: "it's" };
const rate: Rate = { from: "EUR", year: 2026, factor: { exactly: 1.25 } };
const batch: PaymentBatch = { payments: [payment, { ...payment, cents: 5 }], rates: [rate] };

// @ts-expect-error a choice, spelt as in JSON
const paid: Paid = "its";
// @ts-expect-error a year is well within 2^53
const year: Rate = { ...rate, year: 2026n };

void [paid, year];

const same = (found: string, expected: string): void => {
  if (found !== expected) throw new Error(`${found} is not ${expected}`);
};
same(
  stringify(batch),
  '{"payments":[{"reference":"p1","cents":9007199254740993,"urgent":true,"status":"it\'s"},' +
    '{"reference":"p1","cents":5,"urgent":true,"status":"it\'s"}],' +
    '"rates":[{"from":"EUR","year":2026,"factor":{"exactly":1.25}}]}',
);
same(stringify([...PAID_VALUES]), '["it\'s","back\\\\slash"]');
