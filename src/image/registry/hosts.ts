/** Where the API of Docker Hub is. */
const HUB_API = 'registry-1.docker.io'

/** Amazon ECR's private registries. https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html */
const ECR = /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.[a-z]{2})?|on\.aws)$/

/** The host, and port where there is one, that a registry's API is asked at. */
export function apiHostOf(registry: string): string {
  return registry === 'docker.io' ? HUB_API : registry
}

/** The AWS region of a private registry of Amazon ECR; null of any other. */
export function ecrRegionOf(registry: string): string | null {
  return ECR.exec(registry)?.[1] ?? null
}

/** Of a URL's hostname: true if it is this machine's own, which plain http is good enough for. */
export function isLoopback(hostname: string): boolean {
  return /(^|\.)localhost\.?$/.test(hostname) || hostname === '[::1]' || firstOctets(hostname)?.[0] === 127
}

/** Of a URL's hostname: true if it is this machine or an address inside of a network, where strangers should lead nobody. */
export function isPrivate(hostname: string): boolean {
  if (isLoopback(hostname)) return true
  const octets = firstOctets(hostname)
  if (octets !== null) return isPrivateIPv4(octets)
  if (!hostname.startsWith('[')) return false
  const first = Number.parseInt(/^\[([0-9a-f]+)/.exec(hostname)?.[1] ?? '0', 16)
  // Unspecified, unique local and link-local ones. https://www.iana.org/assignments/iana-ipv6-special-registry
  return hostname === '[::]' || (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80
}

// https://www.iana.org/assignments/iana-ipv4-special-registry
function isPrivateIPv4([first, second]: readonly [number, number]): boolean {
  if (first === 0 || first === 10 || first === 127) return true
  if (first === 169) return second === 254
  if (first === 172) return second >= 16 && second < 32
  if (first === 100) return second >= 64 && second < 128
  return first === 192 && second === 168
}

/** URLs have addresses in one form each: four decimals, or hex groups of an IPv4 address within IPv6. */
function firstOctets(hostname: string): readonly [number, number] | null {
  const [, first, second] = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(hostname) ?? []
  if (first !== undefined && second !== undefined) return [Number(first), Number(second)]
  const mapped = /^\[::(?:ffff:)?([0-9a-f]+):[0-9a-f]+\]$/.exec(hostname)?.[1]
  if (mapped === undefined) return null
  const group = Number.parseInt(mapped, 16)
  return [group >> 8, group & 0xff]
}
