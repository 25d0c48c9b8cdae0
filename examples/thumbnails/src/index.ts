import sharp from 'sharp'

interface Request {
  /** Base64, as an HTTP API sends a binary body. */
  readonly body?: string
  readonly queryStringParameters?: { readonly width?: string }
}

export async function handler({ body = '', queryStringParameters }: Request) {
  const width = Math.min(Number(queryStringParameters?.width ?? 200), 2000)
  const image = await sharp(Buffer.from(body, 'base64')).resize({ width }).webp().toBuffer()
  return {
    statusCode: 200,
    headers: { 'content-type': 'image/webp' },
    body: image.toString('base64'),
    isBase64Encoded: true,
  }
}
