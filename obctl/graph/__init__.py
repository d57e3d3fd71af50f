"""Microsoft Graph: the only package that imports msgraph, kiota, azure and httpx."""
