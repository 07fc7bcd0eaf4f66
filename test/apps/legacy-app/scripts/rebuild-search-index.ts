/**
 * Prints the words that people can find orders by, with how many orders each one finds.
 * Ran every Sunday from cron until the search got fast enough; still handy after an import.
 */
import { createToolDispatcher } from "@switchyard/legacy";
import { stock } from "../src/store/index.js";
import { searchOrders, type OrderSearch } from "../src/tools/index.js";

// nobody is signed on here
const dispatcher = createToolDispatcher([searchOrders]);

for (const article of stock) {
  const found = await dispatcher.dispatch("search_orders", { query: article.sku.toLowerCase(), limit: 1 });
  if (found.status === "success") {
    console.log(`${article.sku}\t${(found.payload?.result as OrderSearch).total}`);
  } else {
    console.error(`${article.sku}\t${found.message}`);
    process.exitCode = 1;
  }
}
