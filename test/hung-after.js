// The time is that of the kind of test: jest.config.js.
jest.setTimeout(HUNG_AFTER);
