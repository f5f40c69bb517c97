{{/* What the chart itself relies on: ports, names and places that its Services, Roles and policies have, too. */}}
{{- define "mcp-gateway.fixedVariables" -}}
- PORT
- MCP_GATEWAY_HOST
- MCP_GATEWAY_METRICS_HOST
- MCP_GATEWAY_METRICS_PORT
- RUNTIME
- NAMESPACE
- GATEWAY_NAME
- ADAPTER_CALLER_NAMESPACE
{{- end -}}

{{/*
Variables of a container: those of the chart, with those of the values in their place. Each name once, as server-side apply wants it.
(list variables extra-variables value), the first as YAML, the last what the extra ones are called.
*/}}
{{- define "mcp-gateway.variables" -}}
{{- $extra := default list (index . 1) -}}
{{- $given := list -}}
{{- range $extra -}}
{{- if has .name $given -}}
{{- fail (printf "%s has %s twice" (index $ 2) .name) -}}
{{- end -}}
{{- $given = append $given .name -}}
{{- end -}}
{{- $fixed := include "mcp-gateway.fixedVariables" . | fromYamlArray -}}
{{- $variables := list -}}
{{- range (index . 0 | fromYamlArray) -}}
{{- if not (has .name $given) -}}
{{- $variables = append $variables . -}}
{{- else if has .name $fixed -}}
{{- fail (printf "%s must not have %s, which the rest of the chart relies on" (index $ 2) .name) -}}
{{- end -}}
{{- end -}}
{{- concat $variables $extra | toYaml -}}
{{- end -}}
