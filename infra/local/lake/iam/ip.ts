/** `IpAddress` conditions: an address, or a CIDR block it lies in. */

import { BlockList, isIPv4 } from 'node:net';

/** Whether the address is the wanted one, or lies in that range. */
export function inRange(wanted: string, actual: string): boolean {
  const [address = '', bits] = wanted.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  try {
    list.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family);
    return list.check(actual, isIPv4(actual) ? 'ipv4' : 'ipv6');
  } catch {
    // Not an address on one of the sides: it lies nowhere.
    return false;
  }
}
