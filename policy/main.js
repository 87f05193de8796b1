/** Where Pulumi enters the policy pack: makes Node.js load TypeScript, then loads it. */
require("../scripts/host/load-typescript.cjs");

require("./pack.ts");
