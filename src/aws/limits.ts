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

/** All layers of an image, uncompressed, the base's too; so AWS says, which calls 10 GB what is 10 * 1,024 MB elsewhere. */
export const IMAGE_UNZIPPED_BYTES = 10_737_418_240

/** What Docker's engines unpack one over the other; AWS names no number. https://github.com/moby/moby/blob/master/layer/layer.go */
export const IMAGE_LAYERS = 127

/** Entry point, command, working folder and environment of an image. */
export const IMAGE_SETTINGS_BYTES = 16_384

/** A manifest is to be smaller "for optimal performance". https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
export const IMAGE_MANIFEST_BYTES = 25_400

/** What a handler may be in the API. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const HANDLER_PATTERN = /^\S{1,128}$/
