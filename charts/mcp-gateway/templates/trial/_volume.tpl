{{/* Fails with advice if the cluster would refuse to change the StatefulSet's volume claim template. */}}
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
{{- fail (printf "trial.postgresql.persistence cannot change while its StatefulSet exists. Delete the StatefulSet first; the volume stays, at its present size: kubectl delete statefulset %s --namespace %s" $name $.Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
