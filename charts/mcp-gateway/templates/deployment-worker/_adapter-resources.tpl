{{/* Resources of adapters that set none, as JSON. The worker takes quantities as strings. The cluster refuses pods that request more than their limit. */}}
{{- define "mcp-gateway.adapterResources" -}}
{{- $resources := dict -}}
{{- range $kind, $amounts := .Values.adapters.resources -}}
{{- $strings := dict -}}
{{- range $name, $amount := $amounts -}}
{{- $_ := set $strings $name (kindIs "string" $amount | ternary $amount (toString (int64 $amount))) -}}
{{- end -}}
{{- $_ := set $resources $kind $strings -}}
{{- end -}}
{{- range $name, $request := $resources.requests -}}
{{- with get (default dict $resources.limits) $name -}}
{{- if gt (include "mcp-gateway.quantity" $request | float64) (include "mcp-gateway.quantity" . | float64) -}}
{{- fail (printf "adapters.resources.requests.%s is %s, which is more than limits.%s, %s" $name $request $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $resources -}}
{{- end -}}
