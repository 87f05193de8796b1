import type { GuestFile } from "./program";
import { guestScript } from "./shell";
import { renderTemplate } from "./template";

/** The way back of a change of versions, where the steps that change to another version find it. */
export const WAY_BACK: Record<string, GuestFile> = {
    "/usr/local/lib/science-stacks/way-back.sh": { content: guestScript("upgrade/way-back.sh") },
};

/** How long a step may take that brings data to another version, in seconds: four hours. */
export const MIGRATION_SECONDS = 4 * 3600;

/** The page that the web server shows, with status 503, while nothing answers behind it: `/science-stacks-maintenance.html`. */
export function maintenancePage(product: string): Record<string, GuestFile> {
    return {
        "/var/www/science-stacks/science-stacks-maintenance.html": {
            content: renderTemplate("web/templates/maintenance.html.eta", { product }),
        },
    };
}
