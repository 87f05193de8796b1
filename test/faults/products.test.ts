import { lossFaults } from "./backup";
import { engineFaults } from "./engine";
import { clockFaults, mirrorFaults } from "./mirrors";
import { installFaults, powerFaults } from "./power";
import { PRODUCTS } from "./products";
import { resourceFaults } from "./resources";
import { serviceFaults } from "./services";
import { MINUTE, Tried } from "./tried";

/** One stack of each product bears them all, one after the other. */
describe.each(PRODUCTS)("$name, when something goes wrong", (product) => {
    const tried = new Tried(product);

    afterAll(() => tried.stack.remove());

    installFaults(tried);

    describe("and it is up", () => {
        beforeAll(() => tried.install(), 30 * MINUTE);

        powerFaults(tried);
        serviceFaults(tried);
        engineFaults(tried);
        lossFaults(tried);
        if (product.fetches) {
            mirrorFaults(tried, product.fetches);
        }
        if (product.fetches?.kind === "Debian") {
            clockFaults(tried, product.fetches);
        }
        resourceFaults(tried);
    });
});
