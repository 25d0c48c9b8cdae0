/**
 * AWS's quotas in bytes; its MB is 1,048,576 bytes.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (checked 2026-11-23)
 */

/**
 * A zip uploaded through the API, SDK or CLI must be smaller. A bigger one goes through S3. The request as a whole must be smaller than
 * 70,167,211 bytes, which is this in base64 and 256 KiB: more than all else that a request can hold, so it needs no rule of its own.
 */
export const DIRECT_UPLOAD_BYTES = 52_428_800

/** Code and layers, unzipped, must be smaller: 262,144,000 bytes themselves are refused. */
export const UNZIPPED_BYTES = 262_144_000

/** Code that is larger unzipped isn't shown by the console's editor. https://docs.aws.amazon.com/lambda/latest/dg/python-package.html */
export const CONSOLE_EDITOR_BYTES = 52_428_800

/** The body of UpdateFunctionConfiguration must be smaller, so 4,096 bytes of environment leave little for the rest. */
export const UPDATE_CONFIGURATION_BYTES = 5_120

/** What a handler may be in the API. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const HANDLER_PATTERN = /^\S{1,128}$/
