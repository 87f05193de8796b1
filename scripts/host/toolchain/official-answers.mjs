/** Exit status 0 when the official installation script is answered with within five seconds, and is a script. */
fetch("https://get.pulumi.com/install.sh", { signal: AbortSignal.timeout(5000) })
    .then(async (response) => response.ok && (await response.text()).startsWith("#!"))
    .then(
        (answers) => (process.exitCode = answers ? 0 : 1),
        () => (process.exitCode = 1), // Whatever the reason, it cannot be reached.
    );
