{{/* Variables that extraEnv must not replace: Services, Roles and policies of the chart contain the same values. */}}
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
Variables of a container: those of the chart, in which variables of the values replace those of the same name. Server-side apply
needs each name once. (list variables extra-variables value): the first is YAML, the last is the name of the value, for errors.
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
