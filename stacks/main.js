/** Where Pulumi enters the program: makes Node.js load TypeScript, then loads it. */
require("../scripts/host/load-program.cjs");

module.exports = require("./index.ts");
