/**
 * AWS's quotas in bytes; its MB is 1,048,576 bytes.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (checked 2026-11-23)
 */

/** A zip uploaded through the API, SDK or CLI must be smaller. A bigger one goes through S3. */
export const DIRECT_UPLOAD_BYTES = 52_428_800

/** Code and layers, unzipped, must be smaller: 262,144,000 bytes themselves are refused. */
export const UNZIPPED_BYTES = 262_144_000
