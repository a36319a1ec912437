-- Tables of review. Runs as the owner; ends by binding them to their tenants.
SELECT bind_tenant_tables();
