import { BlockList, isIPv4 } from 'node:net';

/** IANA's registries of special-purpose addresses (RFC 6890 and its successors): what no public server has. */
const special: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Of IPv6 only this is public, and of it not these. */
const globalUnicast = ['2000::', 3] as const;
const specialSix: readonly (readonly [address: string, prefix: number])[] = [
  ['2001::', 23], // Teredo, ORCHID, benchmarking and others
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4: any IPv4 address inside
  ['3ffe::', 16],
  ['3fff::', 20],
];

const four = new BlockList();
for (const [address, prefix] of special) four.addSubnet(address, prefix, 'ipv4');
const six = new BlockList();
for (const [address, prefix] of specialSix) six.addSubnet(address, prefix, 'ipv6');
const unicast = new BlockList();
unicast.addSubnet(...globalUnicast, 'ipv6');

/** Whether an IP address is one of the public internet. IPv4 inside IPv6, however it is wrapped, is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !four.check(address, 'ipv4');
  const bare = address.replace(/%.*$/, '');
  return unicast.check(bare, 'ipv6') && !six.check(bare, 'ipv6');
}
