"""Microsoft Graph: the only package that imports msgraph, kiota and azure."""
