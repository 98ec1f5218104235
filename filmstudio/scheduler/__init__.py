"""Jobs of many tenants: durable, leased, fairly shared, and never done twice."""
