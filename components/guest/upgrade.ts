import type { GuestFile } from "./program";
import { renderTemplate } from "./template";

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
