import type { Outputs } from "../e2e/dcor-machines";
import type { Web } from "../../verify/web";

/** The smallest picture that CKAN takes for one. */
export const PNG = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
);

/** Sends the picture of a new circle as a form does. @returns its address */
export async function uploadPicture(web: Web, { url, apiToken }: Outputs, circle: string): Promise<string> {
    const boundary = "a-form";
    const part = (name: string, content: string | Buffer, more = "") =>
        Buffer.concat([
            Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`),
            Buffer.from(content),
            Buffer.from("\r\n"),
        ]);
    const file = '; filename="circle.png"\r\nContent-Type: image/png';
    const { status, text } = await web.request(new URL("api/3/action/organization_create", url).href, {
        method: "POST",
        headers: { Authorization: apiToken, "Content-Type": `multipart/form-data; boundary=${boundary}` },
        body: Buffer.concat([
            ...[part("name", circle), part("image_upload", PNG, file)],
            Buffer.from(`--${boundary}--\r\n`),
        ]),
    });
    expect(status).toBe(200);
    return (JSON.parse(text) as { result: { image_display_url: string } }).result.image_display_url;
}
