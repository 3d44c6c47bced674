/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.features;

/**
 * A bundle as a feature names it.
 *
 * @param feature the feature's name
 * @param coordinates {@code group:artifact:version} or {@code group:artifact:type:classifier:version}
 * @param repositoryPath where a Maven repository keeps it
 * @param startLevel the framework start level at which it is started
 */
public record FeaturedBundle(String feature, String coordinates, String repositoryPath, int startLevel) {

    /** The name of its jar. */
    public String fileName() {
        return repositoryPath.substring(repositoryPath.lastIndexOf('/') + 1);
    }
}
