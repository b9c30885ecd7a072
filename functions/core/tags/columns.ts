/** A column's name as it is compared: Glue keeps capitals, Lake Formation may answer without. It is sent as Glue has it. */
export function columnKey(name: string): string {
  return name.toLowerCase();
}
