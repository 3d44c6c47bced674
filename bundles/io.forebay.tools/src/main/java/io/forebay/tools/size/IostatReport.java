/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import java.util.Map;

/**
 * One report of iostat.
 *
 * @param secondOfDay when it was made; negative if it does not say
 * @param written by each device, in bytes per second
 */
record IostatReport(int secondOfDay, Map<String, Double> written) {}
