{{/* References for secretKeyRef. Each fails in words unless exactly one source is given. */}}
{{- define "mcp-gateway.databaseSecret" -}}
{{- $given := list .Values.database.url .Values.database.existingSecret (ternary "trial" "" .Values.trial.postgresql.enabled) | compact -}}
{{- if ne (len $given) 1 -}}
{{- fail "a database is needed, and one: database.url, database.existingSecret or, for a first look, trial.postgresql.enabled=true" -}}
{{- end -}}
{{- with .Values.database -}}
{ name: {{ default (printf "%s-database" (include "mcp-gateway.fullname" $)) .existingSecret | quote }}, key: {{ ternary .existingSecretKey "DATABASE_URL" (ne .existingSecret "") | quote }} }
{{- end -}}
{{- end -}}

{{- define "mcp-gateway.redisSecret" -}}
{{- $given := list .Values.redis.url .Values.redis.existingSecret (ternary "trial" "" .Values.trial.redis.enabled) | compact -}}
{{- if ne (len $given) 1 -}}
{{- fail "a Redis is needed, and one: redis.url, redis.existingSecret or, for a first look, trial.redis.enabled=true" -}}
{{- end -}}
{{- with .Values.redis -}}
{ name: {{ default (printf "%s-redis" (include "mcp-gateway.fullname" $)) .existingSecret | quote }}, key: {{ ternary .existingSecretKey "REDIS_URL" (ne .existingSecret "") | quote }} }
{{- end -}}
{{- end -}}

{{- define "mcp-gateway.sessionKeysSecret" -}}
{{- with .Values.sessionKeys -}}
{ name: {{ default (printf "%s-session-keys" (include "mcp-gateway.fullname" $)) .existingSecret | quote }}, key: {{ ternary .existingSecretKey "MCP_GATEWAY_SESSION_KEYS" (ne .existingSecret "") | quote }} }
{{- end -}}
{{- end -}}

{{/* What a generated Secret holds already, else a new one, in base64. (list $ secret key new) */}}
{{- define "mcp-gateway.kept" -}}
{{- $root := index . 0 -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace (index . 1) -}}
{{- default (index . 3 | b64enc) (get (default dict $secret.data) (index . 2)) -}}
{{- end -}}
