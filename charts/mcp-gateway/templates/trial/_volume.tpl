{{/* Fails in words where the cluster would refuse to change what a StatefulSet makes its volume from. */}}
{{- define "mcp-gateway.refuseOtherVolume" -}}
{{- $name := printf "%s-postgresql" (include "mcp-gateway.fullname" .) -}}
{{- $wanted := .Values.trial.postgresql.persistence -}}
{{- with lookup "apps/v1" "StatefulSet" .Release.Namespace $name -}}
{{- $same := not $wanted.enabled -}}
{{- with first (default list .spec.volumeClaimTemplates) -}}
{{- $size := eq (include "mcp-gateway.quantity" $wanted.size) (include "mcp-gateway.quantity" .spec.resources.requests.storage) -}}
{{- $class := eq $wanted.storageClassName (default "" .spec.storageClassName) -}}
{{- $same = and $wanted.enabled $size $class -}}
{{- end -}}
{{- if not $same -}}
{{- fail (printf "trial.postgresql.persistence cannot be changed while its StatefulSet is there. Without it the volume stays, as large as it is: kubectl delete statefulset %s --namespace %s" $name $.Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
