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

{{/*
What a generated Secret holds already, else a new one, in base64. Without the cluster it would be another one at each render, while
what was made with the first goes on with that, so it fails and says what to set. (list $ secret key new value)
*/}}
{{- define "mcp-gateway.kept" -}}
{{- $root := index . 0 -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace (index . 1) -}}
{{- with get (default dict $secret.data) (index . 2) -}}
{{- . -}}
{{- else -}}
{{- /* A list of no objects is a list; without the cluster there is none. Helm itself has to be allowed to read this one. */ -}}
{{- if not (lookup "v1" "Secret" $root.Release.Namespace "") -}}
{{- fail (printf "%s is needed where Helm renders without the cluster, as helm template and Argo CD do: what is generated would be another one each time. To see what Helm would install: --dry-run=server" (index . 4)) -}}
{{- end -}}
{{- index . 3 | b64enc -}}
{{- end -}}
{{- end -}}

{{/* The password of a trial database, in base64: the one of the values, else a generated one. (list $ component) */}}
{{- define "mcp-gateway.trialPassword" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $name := printf "%s-%s" (include "mcp-gateway.fullname" $root) $component -}}
{{- $value := printf "trial.%s.password" $component -}}
{{- with get (get $root.Values.trial $component) "password" -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace $name -}}
{{- $before := get (default dict $secret.data) "password" -}}
{{- if and (eq $component "postgresql") $before (ne $before (b64enc .)) -}}
{{- fail (printf "%s is not the password that the trial PostgreSQL was made with, which the Secret %s has. Leave the value empty, or set it to that one: kubectl get secret %s --namespace %s --output jsonpath={.data.password} | base64 --decode" $value $name $name $root.Release.Namespace) -}}
{{- end -}}
{{- b64enc . -}}
{{- else -}}
{{- include "mcp-gateway.kept" (list $root $name "password" (randAlphaNum 32) $value) -}}
{{- end -}}
{{- end -}}

{{/*
Fails where Helm would delete an object because it is rendered no longer: one of this release, which is there and is not to be
kept. Nothing is known without the cluster. (list $ apiVersion kind namespace name why)
*/}}
{{- define "mcp-gateway.refuseDeletion" -}}
{{- $root := index . 0 -}}
{{- $object := lookup (index . 1) (index . 2) (index . 3) (index . 4) -}}
{{- $annotations := dig "metadata" "annotations" dict (default dict $object) -}}
{{- $release := get $annotations "meta.helm.sh/release-name" -}}
{{- $at := get $annotations "meta.helm.sh/release-namespace" -}}
{{- if and (eq $release $root.Release.Name) (eq $at $root.Release.Namespace) (ne (get $annotations "helm.sh/resource-policy") "keep") -}}
{{- $what := lower (index . 2) -}}
{{- $where := ternary (printf " --namespace %s" (index . 3)) "" (ne (index . 3) "") -}}
{{- fail (printf "%s To keep it: kubectl annotate %s %s%s helm.sh/resource-policy=keep" (index . 5) $what (index . 4) $where) -}}
{{- end -}}
{{- end -}}

{{/* Fails where a Secret that this release made is named as one of the user's. (list $ component value) */}}
{{- define "mcp-gateway.refuseOwnSecret" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s-%s" (include "mcp-gateway.fullname" $root) (index . 1) -}}
{{- if eq $name (get (get $root.Values (index . 2)) "existingSecret") -}}
{{- $why := printf "%s.existingSecret is %s, which this release made: Helm would delete it. Leave the value empty and the others as they were, and it stays." (index . 2) $name -}}
{{- include "mcp-gateway.refuseDeletion" (list $root "v1" "Secret" $root.Release.Namespace $name $why) -}}
{{- end -}}
{{- end -}}
