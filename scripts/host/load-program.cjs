/** All that a process needs to load the project's program, in this order; what Node.js was told to load before is not loaded again. */
require("./keep-compiled.cjs");
require("./load-lazily.cjs");
require("./load-typescript.cjs");
require("./quiet-sdk.cjs");
require("./struct.ts").keepBytes();
