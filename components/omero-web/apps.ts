/** A web app of OMERO.web that the stack can install and register. */
export interface App {
    /** Its Django application. */
    module: string;
    /** Links at the top of the page. @default none */
    topLinks?: unknown[];
    /** Ways to open an image with it. @default none */
    openWith?: unknown[];
    /** Further properties that it works best with. @default none */
    properties?: Record<string, string>;
    /** A page of it, and a static file, below the prefix: what shows that it answers. */
    page: string;
    staticFile: string;
}

/** The apps that the lock files hold, as their own documentation registers them. */
export const APPS = {
    figure: {
        module: "omero_figure",
        topLinks: [["Figure", "figure_index", { title: "Open Figure in new tab", target: "_blank" }]],
        openWith: [
            ["omero_figure", "new_figure", { supported_objects: ["images"], target: "_blank", label: "OMERO.figure" }],
        ],
        page: "figure/",
        staticFile: "omero_figure/bootstrap-icons.css",
    },
    iviewer: {
        module: "omero_iviewer",
        openWith: [
            [
                "omero_iviewer",
                "omero_iviewer_index",
                {
                    supported_objects: ["images", "dataset", "well"],
                    script_url: "omero_iviewer/openwith.js",
                    label: "OMERO.iviewer",
                },
            ],
        ],
        properties: { "omero.web.viewer.view": "omero_iviewer.views.index" },
        page: "iviewer/",
        staticFile: "omero_iviewer/openwith.js",
    },
} satisfies Record<string, App>;

export type AppName = keyof typeof APPS;
export const APP_NAMES = Object.keys(APPS) as [AppName, ...AppName[]];
