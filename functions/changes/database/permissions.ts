/** Making a database and making a link are one call of Glue's. */
export { CREATE_DATABASE } from '../link/permissions.ts';
