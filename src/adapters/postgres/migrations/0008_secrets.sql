-- Secrets of connectors, encrypted at rest. Runs as the owner.
SELECT bind_tenant_tables();
