import * as assert from 'uvu/assert'
import { apiHostOf, ecrRegionOf, isLoopback, isPrivate } from '../../../src/image/registry/hosts.ts'
import { describe } from '../../helpers.ts'

const hostname = (host: string) => new URL(`https://${host}/`).hostname

describe('hosts of registries', it => {
  for (const host of [
    'localhost',
    'a.localhost',
    'LOCALHOST:5000',
    '127.0.0.1:5000',
    '127.9.9.9',
    '0x7f.1',
    '2130706433',
    '[::1]',
    '[::ffff:127.0.0.1]',
  ]) {
    it(`takes ${host} for this machine`, () => {
      assert.ok(isLoopback(hostname(host)))
      assert.ok(isPrivate(hostname(host)))
    })
  }

  for (const host of [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[::]',
    '[fd00::1]',
    '[fe80::1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:169.254.169.254]',
  ]) {
    it(`takes ${host} for an address inside of a network`, () => {
      assert.not(isLoopback(hostname(host)))
      assert.ok(isPrivate(hostname(host)))
    })
  }

  for (const host of [
    'ghcr.io',
    'localhost.tld',
    'notlocalhost',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '192.169.0.1',
    '[2001:db8::1]',
    '[::ffff:8.8.8.8]',
    '127.tld',
    '10.0.0.1.tld',
  ]) {
    it(`takes ${host} for any other`, () => {
      assert.not(isLoopback(hostname(host)))
      assert.not(isPrivate(hostname(host)))
    })
  }

  it('knows where Docker Hub is', () => {
    assert.is(apiHostOf('docker.io'), 'registry-1.docker.io')
    assert.is(apiHostOf('ghcr.io'), 'ghcr.io')
  })

  it('knows the private registries of Amazon ECR', () => {
    assert.is(ecrRegionOf('123456789012.dkr.ecr.eu-central-1.amazonaws.com'), 'eu-central-1')
    assert.is(ecrRegionOf('123456789012.dkr.ecr-fips.us-east-1.amazonaws.com'), 'us-east-1')
    assert.is(ecrRegionOf('123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn'), 'cn-north-1')
    assert.is(ecrRegionOf('123456789012.dkr-ecr.us-west-2.on.aws'), 'us-west-2')
    for (const other of [
      'public.ecr.aws',
      '123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.tld',
      'x.dkr.ecr.y.amazonaws.com',
    ]) {
      assert.is(ecrRegionOf(other), null)
    }
  })
})
