/** Where Pulumi enters the program: makes Node.js load TypeScript, then loads it. */
require("../scripts/host/load-lazily.cjs");
require("../scripts/host/load-typescript.cjs");
require("../scripts/host/quiet-sdk.cjs");

module.exports = require("./index.ts");
